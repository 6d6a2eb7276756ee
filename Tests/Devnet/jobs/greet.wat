;; Writes "hello ", its first argument and a newline in a single write, and exits.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 58) "hello ")
  (func (export "_start")
    ;; The arguments stand from 63 on: an empty name and its zero byte, then the text. The name's zero byte must not
    ;; overwrite the greeting, so the greeting is written again after it.
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 1024) (i32.const 63)))
    (i32.store8 (i32.const 63) (i32.const 32))
    ;; The zero byte after the last argument becomes the newline.
    (i32.store8 (i32.add (i32.const 62) (i32.load (i32.const 4))) (i32.const 10))
    (i32.store (i32.const 8) (i32.const 58))
    (i32.store (i32.const 12) (i32.add (i32.load (i32.const 4)) (i32.const 5)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))
    (call $exit (i32.const 0))))
