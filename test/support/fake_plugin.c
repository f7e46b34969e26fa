/* A feature plug-in that behaves as its configuration says. The FAKE_ macros make one that cannot be opened. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <traderai_plugin.h>

#ifndef FAKE_ABI
#define FAKE_ABI TRADERAI_PLUGIN_ABI
#endif
#ifndef FAKE_NAME
#define FAKE_NAME "fake"
#endif
#ifndef FAKE_COLUMNS
#define FAKE_COLUMNS 2
#endif
#ifndef FAKE_FIRST
#define FAKE_FIRST "change_3"
#endif
#ifndef FAKE_HAS_VALUE
#define FAKE_HAS_VALUE 1
#endif

struct instance {
    char config[256];
    unsigned bars;
    double close[3]; /* the newest three */
    FILE *future;
};

static struct instance shared; /* what a plug-in should not have */
static unsigned calls;

/* config: "" as it should be; "shared" keeps the bars outside its instance, though each begins anew; "counter" adds
 * how often any instance was called; "clock" adds the time; "fails" on every seventh bar, and is infinite on every
 * fifth; "future:FILE" reads closes out of a file, one ahead; "refuses", "silent": cannot work. */
static void *begin(const char *symbol, const char *timeframe, const char *config, char *error, size_t error_size)
{
    struct instance *instance;
    if (strcmp(config, "refuses") == 0)
        snprintf(error, error_size, "nothing is known of\n%s at %s", symbol, timeframe);
    if (strcmp(config, "refuses") == 0 || strcmp(config, "silent") == 0)
        return NULL;
    instance = calloc(1, sizeof *instance);
    if (!instance)
        return NULL;
    snprintf(instance->config, sizeof instance->config, "%s", config);
    memset(&shared, 0, sizeof shared);
    if (strncmp(config, "future:", 7) == 0) {
        instance->future = fopen(config + 7, "rb");
        if (!instance->future || fscanf(instance->future, "%*f") == EOF)
            snprintf(error, error_size, "no future");
    }
    return instance;
}

static double change_3(struct instance *instance, double close)
{
    double before = instance->close[instance->bars % 3];
    instance->close[instance->bars % 3] = close;
    return instance->bars++ < 3 ? (double)NAN : close / before - 1;
}

static int make_row(void *context, const struct traderai_bar *bar, double *out)
{
    struct instance *instance = context;
    struct timespec now;
    calls++;
    if (strcmp(instance->config, "fails") == 0 && bar->open_time_ms / 3600000 % 7 == 0)
        return 1;
    out[0] = change_3(strcmp(instance->config, "shared") == 0 ? &shared : instance, bar->close);
    out[1] = (double)(bar->close_time_ms - bar->open_time_ms) / 60000;
    if (strcmp(instance->config, "fails") == 0 && bar->open_time_ms / 3600000 % 5 == 0)
        out[0] = (double)INFINITY;
    if (strcmp(instance->config, "counter") == 0)
        out[0] = calls;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (strcmp(instance->config, "clock") == 0)
        out[0] = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    if (instance->future && fscanf(instance->future, "%lf", &out[0]) != 1)
        out[0] = (double)NAN;
    return 0;
}

static void end(void *context)
{
    struct instance *instance = context;
    if (instance->future)
        fclose(instance->future);
    free(instance);
}

const struct traderai_plugin *traderai_plugin(void)
{
    static const struct traderai_column columns[] = {{FAKE_FIRST, "close/close three bars before - 1"},
                                                     {"minutes", "length of the bar"}};
    static const struct traderai_plugin plugin = {.abi = FAKE_ABI,
                                                  .n_columns = FAKE_COLUMNS,
                                                  .name = FAKE_NAME,
                                                  .columns = columns,
                                                  .open = begin,
                                                  .value = FAKE_HAS_VALUE ? make_row : NULL,
                                                  .close = end};
    return &plugin;
}
