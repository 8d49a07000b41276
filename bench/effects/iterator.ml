(* A producer in a loop; the handler sums what it gives through functions that wait for the sum. *)
open Effect
open Effect.Deep

type _ Effect.t += Item : int -> unit Effect.t

let count_up low high =
  for i = low to high do
    perform (Item i)
  done

let run n =
  let go =
    match count_up 0 n with
    | () -> fun sum -> sum
    | effect Item v, k -> fun sum -> continue k () (sum + v)
  in
  go 0

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
