#include "io/format/tidy.h"

#include "io/format/report.h"

#include <stdio.h>

/* More different steps than this are not counted: what comes most often is met early. */
#define STEPS_MAX 64
/* So many rows must agree before they may contradict the timeframe asked for. */
#define ROWS_TO_CONTRADICT 10

struct steps {
    size_t n, total;
    int64_t step[STEPS_MAX];
    size_t count[STEPS_MAX];
};

static void count_steps(const struct tr_bar_list *list, struct steps *steps)
{
    size_t last = 0;
    *steps = (struct steps){0};
    for (size_t row = 1; row < list->n; row++) {
        int64_t step = list->time[row] - list->time[row - 1];
        steps->total++;
        if (steps->n > 0 && steps->step[last] == step) {
            steps->count[last]++;
            continue;
        }
        size_t i = 0;
        while (i < steps->n && steps->step[i] != step)
            i++;
        if (i == STEPS_MAX)
            continue;
        if (i == steps->n)
            steps->step[steps->n++] = step;
        steps->count[i]++;
        last = i;
    }
}

/* The step met most often, the shortest of several; 0 where there is none. */
static int64_t most_common(const struct steps *steps, size_t *count)
{
    int64_t best = 0;
    *count = 0;
    for (size_t i = 0; i < steps->n; i++) {
        if (steps->count[i] > *count || (steps->count[i] == *count && steps->step[i] < best)) {
            best = steps->step[i];
            *count = steps->count[i];
        }
    }
    return best;
}

static void step_text(int64_t step_ms, char out[32])
{
    double minutes = (double)step_ms / (double)TR_MINUTE_MS;
    if (minutes < 60)
        snprintf(out, 32, "%.6g minutes", minutes);
    else
        snprintf(out, 32, "%.6g hours", minutes / 60);
}

static enum tr_status tell_timeframe(int64_t step, enum tr_timeframe *timeframe, struct tr_error *err)
{
    char text[32];
    if (step == 0)
        return tr_error_set(err, TR_INVALID, "a single instant: its timeframe cannot be told, name it");
    for (int i = 0; i < TR_TIMEFRAME_COUNT; i++) {
        if (tr_timeframe_ms((enum tr_timeframe)i) == step) {
            *timeframe = (enum tr_timeframe)i;
            return TR_OK;
        }
    }
    step_text(step, text);
    return tr_error_set(err, TR_INVALID, "most rows are %s apart: timeframes are 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d",
                        text);
}

/* Rows of a shorter or longer timeframe than the one asked for must not pass as bars of it. */
static enum tr_status check_timeframe(const struct steps *steps, int64_t step, size_t count,
                                      enum tr_timeframe timeframe, struct tr_error *err)
{
    char text[32];
    int64_t want = tr_timeframe_ms(timeframe);
    bool other = step != 0 && (step < want || (step > want && count > steps->total / 2));
    if (!other || steps->total + 1 < ROWS_TO_CONTRADICT)
        return TR_OK;
    step_text(step, text);
    return tr_error_set(err, TR_INVALID,
                        "most rows are %s apart, which is not the timeframe %s asked for: name the right one", text,
                        tr_timeframe_name(timeframe));
}

static void drop_off_grid(struct tr_bar_list *list, const size_t *origin, struct tr_format_report *report)
{
    int64_t step = tr_timeframe_ms(list->timeframe);
    size_t row = 0, kept;
    while (row < list->n && list->time[row] % step == 0)
        row++;
    kept = row;
    for (; row < list->n; row++) {
        struct tr_bars view = tr_bar_list_view(list);
        struct tr_bar bar = tr_bars_at(&view, row);
        enum tr_bar_defect defect = tr_bar_check(&bar, list->timeframe);
        if (defect) {
            tr_format_report_bar(report, origin[row], &bar, defect);
            continue;
        }
        list->time[kept] = bar.time;
        list->open[kept] = bar.open;
        list->high[kept] = bar.high;
        list->low[kept] = bar.low;
        list->close[kept] = bar.close;
        list->volume[kept++] = bar.volume;
    }
    list->n = kept;
}

static void on_differing(void *context, const struct tr_bar *kept, const struct tr_bar *dropped, size_t line)
{
    tr_format_report_differing(context, line, kept, dropped);
}

enum tr_status tr_format_tidy(const struct tr_format_options *options, struct tr_bar_list *list, size_t *origin,
                              struct tr_format_report *report, struct tr_error *err)
{
    struct tr_bar_merge merge;
    enum tr_status status = tr_bar_list_sort(list, origin, on_differing, report, &merge, err);
    if (status)
        return status;
    report->merged_identical = merge.identical;
    struct steps steps;
    count_steps(list, &steps);
    size_t count;
    int64_t step = most_common(&steps, &count);
    list->timeframe = options->timeframe;
    if (options->timeframe_known)
        status = check_timeframe(&steps, step, count, options->timeframe, err);
    else
        status = tell_timeframe(step, &list->timeframe, err);
    if (status)
        return status;
    report->timeframe = list->timeframe;
    drop_off_grid(list, origin, report);
    report->accepted = list->n;
    return TR_OK;
}
