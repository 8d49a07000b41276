(* A tree walked by a generator: the consumer holds the continuation. *)
open Effect
open Effect.Deep

type tree = Leaf | Node of tree * int * tree
type step = Empty | Next of int * (unit -> step)
type _ Effect.t += Yield : int -> unit Effect.t

let rec make n =
  if n = 0 then Leaf
  else
    let t = make (n - 1) in
    Node (t, n, t)

let rec walk = function
  | Leaf -> ()
  | Node (left, value, right) ->
      walk left;
      perform (Yield value);
      walk right

let generate f = match f () with () -> Empty | effect Yield n, k -> Next (n, fun () -> continue k ())

let rec total_of sum = function Empty -> sum | Next (value, rest) -> total_of (sum + value) (rest ())

let run n =
  let tree = make n in
  total_of 0 (generate (fun () -> walk tree))

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
