<?php
// Exit status 0 where the page answers, which it does only with its database behind it.
exit(str_starts_with((string) @file_get_contents('http://127.0.0.1/?plain'), 'guestbook') ? 0 : 1);
