(* A state effect in a loop, both operations through functions that wait for the state. *)
open Effect
open Effect.Deep

type _ Effect.t += Get : int Effect.t | Put : int -> unit Effect.t

let rec countdown () =
  let n = perform Get in
  if n = 0 then n
  else begin
    perform (Put (n - 1));
    countdown ()
  end

let run n =
  let go =
    match countdown () with
    | x -> fun _ -> x
    | effect Get, k -> fun (s : int) -> continue k s s
    | effect Put t, k -> fun (_ : int) -> continue k () t
  in
  go n

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
