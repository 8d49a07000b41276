(* The clause goes on after the resumption: the results come back as deep as there were operations. *)
open Effect
open Effect.Deep

type _ Effect.t += Apply : int -> unit Effect.t

let steps n start =
  for i = n downto 1 do
    perform (Apply i)
  done;
  start

let once n start =
  match steps n start with
  | x -> x
  | effect Apply x, k ->
      let y = continue k () in
      abs (x - (503 * y) + 37) mod 1009

let run n =
  let state = ref 0 in
  for _ = 1 to 1000 do
    state := once n !state
  done;
  !state

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
