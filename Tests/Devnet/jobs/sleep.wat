;; Sleeps for so many milliseconds without work, writes "done" and exits.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  ;; A subscription at 0 (kind 0, clock 1, the time at 24); its event goes to 64, the count of events to 96.
  (data (i32.const 16) "\01")
  (data (i32.const 48) "\38\00\00\00\05\00\00\00" "done\n")
  (func (export "_start")
    (i64.store (i32.const 24) (i64.const <<nanoseconds>>))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 96)))
    (drop (call $write (i32.const 1) (i32.const 48) (i32.const 1) (i32.const 96)))
    (call $exit (i32.const 0))))
