/* Lets the n-th write, sync or truncation of a file below one directory fail, and moves the clock.
 *
 * Preloaded into a process; the process says what shall happen by calling the three functions at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static char place[4096];
static long calls, first, last;
static int reason;
static long shift;

static int fails(int file) {
  char link[64], path[4096];
  ssize_t length;
  if (!place[0]) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strncmp(path, place, strlen(place))) return 0;
  calls++;
  if (calls < first || calls > last) return 0;
  errno = reason;
  return 1;
}

#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int file, const void *bytes, size_t size) {
  return fails(file) ? -1 : REAL(ssize_t, "write", int, const void *, size_t)(file, bytes, size);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
  return fails(file) ? -1 : REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(file, bytes, size, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
  return fails(file) ? -1 : REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(file, bytes, size, at);
}
int fsync(int file) { return fails(file) ? -1 : REAL(int, "fsync", int)(file); }
int fdatasync(int file) { return fails(file) ? -1 : REAL(int, "fdatasync", int)(file); }
int ftruncate(int file, off_t size) { return fails(file) ? -1 : REAL(int, "ftruncate", int, off_t)(file, size); }
int ftruncate64(int file, off64_t size) { return fails(file) ? -1 : REAL(int, "ftruncate64", int, off64_t)(file, size); }

int clock_gettime(clockid_t clock, struct timespec *now) {
  int done = REAL(int, "clock_gettime", clockid_t, struct timespec *)(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += shift;
  return done;
}

/* Calls `from` to `to` on files below `directory` fail with `number`. */
void shim_fail(const char *directory, long from, long to, int number) {
  strncpy(place, directory, sizeof place - 1);
  calls = 0, first = from, last = to, reason = number;
}
/* How many calls there were. */
long shim_calls(void) { return calls; }
/* The clock goes ahead by so many seconds. */
void shim_clock(long seconds) { shift = seconds; }
