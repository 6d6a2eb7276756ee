;; Writes a number of letters "a" in a single write and exits.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") <<pages>>)
  (data (i32.const 0) "\10\00\00\00" "<<count:word>>")
  (func (export "_start")
    (memory.fill (i32.const 16) (i32.const 97) (i32.const <<count>>))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 0))))
