#include "support/test.h"

#include "base/buf.h"
#include "engine/trade/fee.h"

#include <string.h>

static struct tr_fee_schedule parse(const char *text)
{
    struct tr_fee_schedule schedule;
    struct tr_error err;
    assert_ok(tr_fee_schedule_parse(text, &schedule, &err), &err);
    return schedule;
}

static void assert_refused(const char *text, const char *because)
{
    struct tr_fee_schedule schedule;
    struct tr_error err;
    assert_int_equal(tr_fee_schedule_parse(text, &schedule, &err), TR_INVALID);
    if (!strstr(err.text, because))
        fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, err.text, because);
}

static void a_schedule_is_read_as_written(void **state)
{
    (void)state;
    struct tr_fee_schedule s = parse("5000000:0.00016/0.0005, 10000000:0.00014/0.0004");
    assert_int_equal(s.n, 2);
    assert_same_bits(s.tier[0].volume_usd, 5e6);
    assert_same_bits(s.tier[0].maker_frac, 0.00016);
    assert_same_bits(s.tier[0].taker_frac, 0.0005);
    assert_same_bits(s.tier[1].volume_usd, 1e7);
    assert_same_bits(s.tier[1].maker_frac, 0.00014);
    assert_same_bits(s.tier[1].taker_frac, 0.0004);
    struct tr_fee_schedule spaced = parse("  5e6 : 0.00016 / 0.0005 ,\n 1e7:1.4e-4/4e-4\t");
    for (size_t k = 0; k < 2; k++) {
        assert_same_bits(spaced.tier[k].volume_usd, s.tier[k].volume_usd);
        assert_same_bits(spaced.tier[k].maker_frac, s.tier[k].maker_frac);
        assert_same_bits(spaced.tier[k].taker_frac, s.tier[k].taker_frac);
    }
    assert_same_bits(parse("0:-0.0001/0.0003").tier[0].maker_frac, -0.0001); /* makers may be paid */
}

static void nothing_is_no_schedule(void **state)
{
    (void)state;
    assert_int_equal(parse("").n, 0);
    assert_int_equal(parse(" \t").n, 0);
    struct tr_fee_schedule none = {0};
    assert_null(tr_fee_tier_at(&none, 1e12));
}

static void the_tier_is_the_last_one_reached(void **state)
{
    (void)state;
    struct tr_fee_schedule s = parse("100:0.0003/0.0005,200:0.0002/0.0004,1000:0/0.0003");
    assert_null(tr_fee_tier_at(&s, 0.0));
    assert_null(tr_fee_tier_at(&s, 99.99));
    assert_ptr_equal(tr_fee_tier_at(&s, 100.0), &s.tier[0]); /* from which on */
    assert_ptr_equal(tr_fee_tier_at(&s, 199.0), &s.tier[0]);
    assert_ptr_equal(tr_fee_tier_at(&s, 200.0), &s.tier[1]);
    assert_ptr_equal(tr_fee_tier_at(&s, 1e18), &s.tier[2]);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    assert_refused("5", "fee tier 1: \"5\" is not VOLUME:MAKER/TAKER");
    assert_refused("5:0.1", "is not VOLUME:MAKER/TAKER");
    assert_refused("5/0.1:2", "is not VOLUME:MAKER/TAKER");
    assert_refused("a:0.001/0.001", "fee tier 1: its volume \"a\"");
    assert_refused(":0.001/0.001", "its volume");
    assert_refused("-5:0.001/0.001", "its volume \"-5\"");
    assert_refused("nan:0.001/0.001", "its volume");
    assert_refused("1:x/0.001", "are not two rates");
    assert_refused("1:0.001/", "are not two rates");
    assert_refused("1:0.001/0.001/0.001", "are not two rates");
    assert_refused("1:0.02/0.06", "the taker rate 0.06 lies outside");
    assert_refused("1:-0.02/0.05", "the maker rate -0.02 lies outside");
    assert_refused("1:0.001/0.001,1:0.001/0.001", "fee tier 2: its volume is not above");
    assert_refused("2:0.001/0.001,1:0.001/0.001", "fee tier 2: its volume is not above");
    assert_refused("1:0.001/0.001,", "nothing follows");
    assert_refused(",1:0.001/0.001", "fee tier 1");
    assert_refused("1:0.001/0.001,,2:0.001/0.001", "fee tier 2");
}

static void there_is_room_for_sixteen_tiers(void **state)
{
    (void)state;
    struct tr_buf text;
    tr_buf_init(&text);
    for (int k = 1; k <= TR_FEE_TIERS; k++)
        tr_buf_printf(&text, "%s%d:0.0001/0.0002", k > 1 ? "," : "", k);
    assert_int_equal(parse(tr_buf_string(&text)).n, TR_FEE_TIERS);
    tr_buf_text(&text, ",99:0.0001/0.0002");
    assert_refused(tr_buf_string(&text), "more than 16 tiers");
    tr_buf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schedule_is_read_as_written),    cmocka_unit_test(nothing_is_no_schedule),
        cmocka_unit_test(the_tier_is_the_last_one_reached), cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(there_is_room_for_sixteen_tiers),
    };
    return cmocka_run_group_tests_name("trade/fee", tests, NULL, NULL);
}
