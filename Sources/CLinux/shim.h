#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// prctl is variadic, and pthread_setname_np hides behind _GNU_SOURCE.
static inline int clinux_name_this_thread(const char *name) {
  return prctl(PR_SET_NAME, name, 0, 0, 0);
}

// No core file and no ptrace by other processes of the same user: for a process that holds a key.
static inline int clinux_forbid_dumps(void) {
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// F_OFD_GETLK and F_OFD_SETLK hide behind _GNU_SOURCE, which Swift's Glibc module does not define (Linux: 36, 37).
static const int clinux_ofd_getlk = 36;
static const int clinux_ofd_setlk = 37;

#endif
