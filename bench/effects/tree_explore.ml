(* Every path of a tree. Continuations of OCaml resume once, so the peer passes its continuation as a function. *)
type tree = Leaf | Node of tree * int * tree

let operator x y = abs (x - (503 * y) + 37) mod 1009

let rec make n =
  if n = 0 then Leaf
  else
    let t = make (n - 1) in
    Node (t, n, t)

let rec explore state tree k =
  match tree with
  | Leaf -> k state
  | Node (left, value, right) ->
      let new_state = operator state value in
      let down next = explore new_state next (fun x -> k (operator value x)) in
      let first = down left in
      first @ down right

let run n =
  let tree = make n in
  let state = ref 0 in
  for _ = 1 to 10 do
    state := List.fold_left max 0 (explore !state tree (fun x -> [ x ]))
  done;
  !state

let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
