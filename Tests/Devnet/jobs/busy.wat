;; Works until so many milliseconds have passed, writes "done" and exits.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\05\00\00\00" "done\n")
  (func (export "_start") (local $end i64) (local $turns i32)
    (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 16)))
    (local.set $end (i64.add (i64.load (i32.const 16)) (i64.const <<nanoseconds>>)))
    (loop $more
      (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 16)))
      ;; The clock is a call out of the sandbox: look at it every few thousand turns only.
      (local.set $turns (i32.const 4096))
      (loop $turn
        (br_if $turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
      (br_if $more (i64.lt_u (i64.load (i32.const 16)) (local.get $end))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (call $exit (i32.const 0))))
