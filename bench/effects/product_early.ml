(* An operation that never resumes leaves a recursion early. *)
open Effect
open Effect.Deep

type _ Effect.t += Done : int -> int Effect.t

let rec multiply xs at =
  if at = Array.length xs then 0
  else if xs.(at) = 0 then perform (Done 0)
  else xs.(at) * multiply xs (at + 1)

let once xs = match multiply xs 0 with x -> x | effect Done n, _ -> n

let run n =
  let xs = Array.init 1001 (fun i -> 1000 - i) in
  let sum = ref 0 in
  for _ = 1 to n do
    sum := !sum + once (Array.map (fun x -> if x > 0 then 1 else 0) xs)
  done;
  !sum

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
