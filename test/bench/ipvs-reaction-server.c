/*
 * A real server that dies at once: accepts on ADDRESS PORT, reads and throws away, and
 * closes what its clients closed. In C, because the end of a small process is the end of
 * its sockets, and not that of a large memory first.
 * usage: ipvs-reaction-server ADDRESS PORT; says a line when it listens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), all = epoll_create1(0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  if (inet_pton(AF_INET, argv[1], &at.sin_addr) != 1) return 2;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 128)) return 1;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready;
  epoll_ctl(all, EPOLL_CTL_ADD, listener, &event);
  puts("listening");
  fflush(stdout);
  while (epoll_wait(all, &ready, 1, -1) == 1) {
    char unread[4096];
    if (ready.data.fd == listener) {
      event.data.fd = accept(listener, NULL, NULL);
      if (event.data.fd >= 0) epoll_ctl(all, EPOLL_CTL_ADD, event.data.fd, &event);
    } else if (read(ready.data.fd, unread, sizeof unread) <= 0) {
      close(ready.data.fd);
    }
  }
  return 1;
}
