(* A parser that reads from one handler, reports to a second and stops through a third. *)
open Effect
open Effect.Deep

type _ Effect.t += Read : int Effect.t | Count : int -> unit Effect.t | Stop : unit Effect.t

let rec parse sum =
  match perform Read with
  | 36 -> parse (sum + 1)
  | 10 ->
      perform (Count sum);
      parse 0
  | _ -> perform Stop

let feed lines f =
  let go =
    match f () with
    | () -> fun _ _ -> ()
    | effect Read, k ->
        fun line left ->
          if line > lines then perform Stop
          else if left = 0 then continue k 10 (line + 1) (line + 1)
          else continue k 36 line (left - 1)
  in
  go 0 0

let catch f = match f () with () -> () | effect Stop, _ -> ()

let total f =
  let go =
    match f () with () -> fun sum -> sum | effect Count n, k -> fun sum -> continue k () (sum + n)
  in
  go 0

let run n = total (fun () -> catch (fun () -> feed n (fun () -> parse 0)))
let () = Printf.printf "%d\n" (run (int_of_string Sys.argv.(1)))
