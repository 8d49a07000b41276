(* Search that resumes many times. Continuations of OCaml resume once, so the peer passes its continuation as a function. *)
let rec is_safe queen distance placed =
  match placed with
  | [] -> true
  | q :: rest -> queen <> q && queen <> q + distance && queen <> q - distance && is_safe queen (distance + 1) rest

let rec place size column k =
  if column = 0 then k []
  else
    place size (column - 1) (fun rest ->
        let count = ref 0 in
        for next = 1 to size do
          if is_safe next 1 rest then count := !count + k (next :: rest)
        done;
        !count)

let run n = place n n (fun _ -> 1)
let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
