#include "app/config/config.h"

#include "app/config/value.h"

#include <math.h>
#include <string.h>

void tr_config_defaults(struct tr_config *config)
{
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < tr_setting_count; i++)
        tr_setting_default(&tr_settings[i], config);
}

static enum tr_status check_ladder(const struct tr_config *config, struct tr_error *err)
{
    const double *target = config->ladder.target_atr, *fraction = config->ladder.fraction;
    if (!(target[0] < target[1] && target[1] < target[2]))
        return tr_error_set(err, TR_INVALID, "ladder.target_atr: %g, %g, %g: each target must lie beyond the last",
                            target[0], target[1], target[2]);
    double sum = fraction[0] + fraction[1] + fraction[2];
    if (!(fabs(sum - 1.0) <= 1e-9))
        return tr_error_set(err, TR_INVALID, "ladder.fraction: %g, %g, %g: add up to %.12g instead of 1", fraction[0],
                            fraction[1], fraction[2], sum);
    return TR_OK;
}

/* At 1 / leverage the margin is all of the position's room. */
static enum tr_status check_risk(const struct tr_config *config, struct tr_error *err)
{
    for (size_t i = 0; i < 3; i++) {
        if (!(config->risk.maintenance < 1.0 / config->risk.max_leverage[i]))
            return tr_error_set(err, TR_INVALID,
                                "risk.maintenance: %g: with risk.max_leverage %g a position would be liquidated at its "
                                "entry: keep it under %g",
                                config->risk.maintenance, config->risk.max_leverage[i],
                                1.0 / config->risk.max_leverage[i]);
    }
    return TR_OK;
}

static enum tr_status check_model(const struct tr_config *config, struct tr_error *err)
{
    if (!config->model.lightgbm && !config->model.xgboost)
        return tr_error_set(err, TR_INVALID,
                            "model.lightgbm.enabled, model.xgboost.enabled: both are false, so nothing would be "
                            "trained: set one of them to true");
    if (config->model.lightgbm_engine == TR_CONFIG_LIBRARY && !config->model.lightgbm_path[0])
        return tr_error_set(err, TR_INVALID,
                            "model.lightgbm.path: \"\": model.lightgbm.engine is library: set this to the path of "
                            "lib_lightgbm.so, or the engine to native");
    return TR_OK;
}

enum tr_status tr_config_check(const struct tr_config *config, struct tr_error *err)
{
    enum tr_status status = check_ladder(config, err);
    if (!status)
        status = check_risk(config, err);
    if (!status)
        status = check_model(config, err);
    if (status)
        return status;
    if (config->walkforward.advance_days < config->walkforward.test_days)
        return tr_error_set(err, TR_INVALID,
                            "walkforward.advance_days: %g: under walkforward.test_days (%g) bars would be tested twice",
                            config->walkforward.advance_days, config->walkforward.test_days);
    if ((double)config->calibration.rows < config->calibration.min_effective)
        return tr_error_set(err, TR_INVALID,
                            "calibration.min_effective: %g: more than calibration.rows (%lld) can never be reached",
                            config->calibration.min_effective, (long long)config->calibration.rows);
    return TR_OK;
}
