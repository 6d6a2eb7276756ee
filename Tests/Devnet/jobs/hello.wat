;; Writes one text to a stream (1 stdout, 2 stderr) in a single write, and exits.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  ;; At 0 the vector {start 8, length}, then the text. The number of bytes written goes to 0.
  (data (i32.const 0) "\08\00\00\00" "<<length:word>>" "<<text:bytes>>")
  (func (export "_start")
    (drop (call $write (i32.const <<stream>>) (i32.const 0) (i32.const 1) (i32.const 0)))
    (call $exit (i32.const <<code>>))))
