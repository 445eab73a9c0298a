#!/usr/bin/perl
# Asked by a line on stdin (trigger: poll): down when a file is older than it may be: a heartbeat,
# a replicated zone. Usage: file-age.pl PATH SECONDS
use strict;
use warnings;

my ($path, $max_age) = @ARGV;
die "usage: file-age.pl PATH SECONDS\n" unless defined $max_age;

# Without autoflush a pipe holds the lines back.
$| = 1;

while (<STDIN>) {
    my $changed = (stat $path)[9];
    if (!defined $changed) {
        print qq({"state":"down","reason":"the file is not there"}\n);
        next;
    }
    my $age = time - $changed;
    if ($age > $max_age) {
        print qq({"state":"down","reason":"the file is $age s old"}\n);
    } else {
        print qq({"state":"up"}\n);
    }
}
