#include "support/test.h"

#include "app/cli/progress.h"

#include <string.h>
#include <unistd.h>

static double now;

static double seconds(void)
{
    return now;
}

/* What the bar wrote since the last call; file is emptied. */
static const char *written(FILE *file)
{
    static char text[4096];
    fflush(file);
    rewind(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    rewind(file);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    return text;
}

static struct tr_progress_bar make_bar(FILE *file, bool shown)
{
    now = 100;
    return (struct tr_progress_bar){.err = file, .shown = shown, .seconds = seconds};
}

static void a_line_shows_share_count_rate_and_remaining_time(void **state)
{
    (void)state;
    char line[160];
    tr_progress_bar_line("walk-forward", 38, 76, "fits", 10, line, sizeof line);
    assert_string_equal(line, "walk-forward [############            ]  50 %  38/76 fits  3.8 fits/s  ETA 0:10");
    tr_progress_bar_line("import", 1, 8001, "rows", 1, line, sizeof line);
    assert_non_null(strstr(line, "ETA 2:13:20"));
    tr_progress_bar_line("import", 0, 10, "rows", 5, line, sizeof line);
    assert_non_null(strstr(line, "ETA -:--"));
    tr_progress_bar_line("import", 12, 10, "rows", 5, line, sizeof line);
    assert_non_null(strstr(line, "] 100 %  12/10 rows"));
    assert_non_null(strstr(line, "ETA 0:00"));
}

static void an_unknown_total_shows_count_and_rate_only(void **state)
{
    (void)state;
    char line[160];
    tr_progress_bar_line("import", 5000, 0, "rows", 2, line, sizeof line);
    assert_string_equal(line, "import  5000 rows  2.5e+03 rows/s");
}

static void nothing_is_drawn_where_it_is_not_shown(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct tr_progress_bar bar = make_bar(file, false);
    tr_progress_bar_tell(&bar, "import", 1, 2, "rows");
    tr_progress_bar_clear(&bar);
    assert_string_equal(written(file), "");
    fclose(file);
}

static void it_draws_at_most_ten_times_a_second_and_always_at_the_end(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct tr_progress_bar bar = make_bar(file, true);
    size_t draws = 0;
    for (size_t i = 0; i < 1000; i++) {
        tr_progress_bar_tell(&bar, "import", i, 1000, "rows");
        now += 0.001;
        draws += written(file)[0] == '\r';
    }
    assert_in_range(draws, 9, 11);
    now += 1;
    tr_progress_bar_tell(&bar, "import", 999, 1000, "rows");
    assert_non_null(strstr(written(file), "999/1000"));
    tr_progress_bar_tell(&bar, "import", 1000, 1000, "rows");
    assert_non_null(strstr(written(file), "1000/1000"));
    fclose(file);
}

static void a_new_stage_begins_its_own_clock_and_is_drawn_at_once(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct tr_progress_bar bar = make_bar(file, true);
    tr_progress_bar_tell(&bar, "import", 10, 10, "rows");
    now += 50;
    tr_progress_bar_tell(&bar, "walk-forward", 0, 4, "fits");
    now += 2;
    (void)written(file);
    tr_progress_bar_tell(&bar, "walk-forward", 2, 4, "fits");
    assert_non_null(strstr(written(file), "1 fits/s  ETA 0:02"));
    now += 0.01;
    tr_progress_bar_tell(&bar, "replay", 1, 9, "bars");
    assert_non_null(strstr(written(file), "replay"));
    fclose(file);
}

static void clearing_wipes_the_line_once(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct tr_progress_bar bar = make_bar(file, true);
    tr_progress_bar_clear(&bar);
    assert_string_equal(written(file), "");
    tr_progress_bar_tell(&bar, "import", 1, 2, "rows");
    assert_memory_equal(written(file), "\r\033[Kimport", 10);
    tr_progress_bar_clear(&bar);
    tr_progress_bar_clear(&bar);
    assert_string_equal(written(file), "\r\033[K");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_shows_share_count_rate_and_remaining_time),
        cmocka_unit_test(an_unknown_total_shows_count_and_rate_only),
        cmocka_unit_test(nothing_is_drawn_where_it_is_not_shown),
        cmocka_unit_test(it_draws_at_most_ten_times_a_second_and_always_at_the_end),
        cmocka_unit_test(a_new_stage_begins_its_own_clock_and_is_drawn_at_once),
        cmocka_unit_test(clearing_wipes_the_line_once),
    };
    return cmocka_run_group_tests_name("cli/progress", tests, NULL, NULL);
}
