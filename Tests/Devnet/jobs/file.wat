;; Leaves outputs/answer.txt in its result folder and exits; with the error of path_open if that failed.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\1a\00\00\00\03\00\00\00" "outputs/answer.txt" "42\n")
  (func (export "_start") (local $error i32)
    ;; Below the first folder (3): create (1), with the right to write (64); the descriptor goes to 32.
    (local.set $error
      (call $open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 18) (i32.const 1)
        (i64.const 64) (i64.const 64) (i32.const 0) (i32.const 32)))
    (if (i32.eqz (local.get $error))
      (then (drop (call $write (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 36)))))
    (call $exit (local.get $error))))
