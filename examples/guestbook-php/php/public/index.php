<?php
declare(strict_types=1);

/* One page: GET lists the rows of the database behind it, POST adds one; `?plain` gives the list as text. */

function escaped(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
try {
    $db = new mysqli(getenv('DB_HOST'), getenv('DB_USER'), getenv('DB_PASSWORD'), getenv('DB_NAME'));
    $db->set_charset('utf8mb4');

    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $author = trim((string) ($_POST['author'] ?? ''));
        $message = trim((string) ($_POST['message'] ?? ''));
        if ($author === '' || $message === '') {
            http_response_code(400);
            header('Content-Type: text/plain; charset=utf-8');
            exit("a row needs `author` and `message`\n");
        }
        $db->execute_query('insert into entries (author, message) values (left(?, 100), left(?, 500))', [$author, $message]);
        header('Location: /', true, 303);
        exit;
    }

    $rows = $db->query('select id, author, message, own, written from entries order by id')->fetch_all(MYSQLI_ASSOC);
} catch (mysqli_sql_exception $failure) {
    error_log($failure->getMessage());
    http_response_code(503);
    header('Content-Type: text/plain; charset=utf-8');
    exit("the database does not answer\n");
}

$owner = implode(', ', array_column(array_filter($rows, fn (array $row): bool => (bool) $row['own']), 'author'));

if (isset($_GET['plain'])) {
    header('Content-Type: text/plain; charset=utf-8');
    echo "guestbook of $owner\n";
    foreach ($rows as $row) {
        echo $row['own'] ? '* ' : '  ', "{$row['author']}: {$row['message']}\n";
    }
    exit;
}
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guestbook of <?= escaped($owner) ?></title>
<link rel="stylesheet" href="style.css">
<main>
  <h1>Guestbook <small>of <?= escaped($owner) ?></small></h1>
  <p class="where">This page ran in <code><?= escaped(gethostname()) ?></code>; its rows come from <code><?= escaped(getenv('DB_HOST')) ?></code>.</p>
  <ol>
<?php foreach ($rows as $row): ?>
    <li<?= $row['own'] ? ' class="own"' : '' ?>>
      <b><?= escaped($row['author']) ?></b><?php if ($row['own']): ?> <mark>this stack's own row</mark><?php endif ?>

      <p><?= escaped($row['message']) ?></p>
      <time><?= escaped($row['written']) ?></time>
    </li>
<?php endforeach ?>
  </ol>
  <form method="post">
    <input name="author" placeholder="Name" maxlength="100" required aria-label="Name">
    <input name="message" placeholder="A row that only this stack will have" maxlength="500" required aria-label="Message">
    <button>Write</button>
  </form>
</main>
</html>
