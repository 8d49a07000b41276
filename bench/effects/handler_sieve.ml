(* A sieve made of handlers, one inside another. *)
open Effect
open Effect.Deep

type _ Effect.t += Is_prime : int -> bool Effect.t

let rec primes i n sum =
  if i >= n then sum
  else if perform (Is_prime i) then
    match primes (i + 1) n (sum + i) with
    | x -> x
    | effect Is_prime m, k -> if m mod i = 0 then continue k false else continue k (perform (Is_prime m))
  else primes (i + 1) n sum

let run n = match primes 2 n 0 with x -> x | effect Is_prime _, k -> continue k true
let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
