(* No effect at all: what a program pays that could have one. *)
let rec fibonacci n = if n < 2 then n else fibonacci (n - 1) + fibonacci (n - 2)
let () = Printf.printf "%d\n" (fibonacci (int_of_string Sys.argv.(1)))
