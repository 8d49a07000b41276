(* Triples with a given sum. Continuations of OCaml resume once, so the peer passes its continuation as a function. *)
let rec choose n k = if n < 1 then 0 else (k n + choose (n - 1) k) mod 1_000_000_007

let triple n sum k =
  choose n (fun i ->
      choose (i - 1) (fun j -> choose (j - 1) (fun l -> if i + j + l = sum then k (i, j, l) else 0)))

let digest (a, b, c) = ((53 * a) + (2809 * b) + (148877 * c)) mod 1_000_000_007
let run n = triple n 15 digest
let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
