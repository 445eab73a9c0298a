// Lets User-Mode Linux 6.1 run on CPUs with large extended state (AMX): it hands ptrace
// fewer bytes than the CPU's state is long, and newer host kernels refuse a partial
// write. This ptrace() lays the caller's bytes over the beginning of the whole state.
// On other CPUs nothing changes. Preloaded; compiled when a test boots the kernel.
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// The state with AMX takes 11,008 bytes; the kernel tells how many it wrote.
static char state[65536];

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  pid_t pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);

  // The system call hands the word that was peeked through a pointer.
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
    long word = 0;
    long result = syscall(SYS_ptrace, request, pid, address, &word);
    return result < 0 ? result : word;
  }
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
    const struct iovec *part = data;
    struct iovec whole = {state, sizeof state};
    long result = syscall(SYS_ptrace, PTRACE_GETREGSET, pid, address, &whole);
    if (result == 0 && part->iov_len < whole.iov_len) {
      memcpy(state, part->iov_base, part->iov_len);
      return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, address, &whole);
    }
  }
  return syscall(SYS_ptrace, request, pid, address, data);
}
