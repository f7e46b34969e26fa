#include "support/html.h"

#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 64
#define IDS_MAX 2000
#define ATTRIBUTES_MAX 24

struct name {
    const char *text;
    size_t len;
};

struct reader {
    const char *at;
    const char *fault;
    struct name open[DEPTH_MAX];
    size_t depth;
    struct name id[IDS_MAX], wanted[IDS_MAX];
    size_t ids, wants;
};

static bool same(struct name a, struct name b)
{
    return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static bool is(struct name a, const char *text)
{
    return same(a, (struct name){text, strlen(text)});
}

static void fault(struct reader *r, const char *reason)
{
    if (!r->fault)
        r->fault = reason;
}

static struct name read_name(struct reader *r)
{
    struct name name = {r->at, 0};
    while (isalnum((unsigned char)r->at[name.len]) || (r->at[name.len] && strchr("-:_", r->at[name.len])))
        name.len++;
    if (!name.len)
        fault(r, "a name is missing");
    r->at += name.len;
    return name;
}

static void check_entity(struct reader *r, const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(at, known[i], strlen(known[i])) == 0)
            return;
    }
    fault(r, "an entity that is none of the five, or a raw &");
}

static void want(struct reader *r, struct name list)
{
    for (const char *p = list.text; p < list.text + list.len && r->wants < IDS_MAX;) {
        size_t len = strcspn(p, " \"");
        r->wanted[r->wants++] = (struct name){p, len};
        p += len + 1;
    }
}

static void keep_id(struct reader *r, struct name id)
{
    for (size_t i = 0; i < r->ids; i++) {
        if (same(r->id[i], id))
            fault(r, "an id stands twice");
    }
    if (r->ids < IDS_MAX)
        r->id[r->ids++] = id;
}

static void read_attribute(struct reader *r, struct name seen[ATTRIBUTES_MAX], size_t *n)
{
    struct name name = read_name(r), value;
    for (size_t i = 0; i < *n; i++) {
        if (same(seen[i], name))
            fault(r, "an attribute stands twice");
    }
    if (*n < ATTRIBUTES_MAX)
        seen[(*n)++] = name;
    if (strncmp(r->at, "=\"", 2) != 0) {
        fault(r, "an attribute without a quoted value");
        return;
    }
    value = (struct name){r->at + 2, strcspn(r->at + 2, "\"")};
    for (size_t i = 0; i < value.len; i++) {
        if (value.text[i] == '<')
            fault(r, "a raw < in an attribute");
        if (value.text[i] == '&')
            check_entity(r, value.text + i);
    }
    r->at = value.text + value.len;
    if (*r->at != '"') {
        fault(r, "a quote is not closed");
        return;
    }
    r->at++;
    if (is(name, "id"))
        keep_id(r, value);
    if (is(name, "aria-labelledby"))
        want(r, value);
    if (is(name, "href") && value.text[0] == '#')
        want(r, (struct name){value.text + 1, value.len - 1});
}

static void close_tag(struct reader *r)
{
    r->at += 2;
    struct name name = read_name(r);
    if (!r->depth || !same(r->open[r->depth - 1], name))
        fault(r, "a closing tag that closes nothing");
    else
        r->depth--;
    if (*r->at != '>')
        fault(r, "a closing tag that does not end");
    else
        r->at++;
}

static void open_tag(struct reader *r)
{
    struct name seen[ATTRIBUTES_MAX];
    size_t n = 0;
    r->at++;
    struct name name = read_name(r);
    while (!r->fault && *r->at == ' ') {
        r->at++;
        read_attribute(r, seen, &n);
    }
    if (strncmp(r->at, "/>", 2) == 0) {
        r->at += 2;
        return;
    }
    if (*r->at != '>' || r->depth == DEPTH_MAX) {
        fault(r, "a tag that does not end");
        return;
    }
    r->at++;
    r->open[r->depth++] = name;
    if (is(name, "style")) { /* styles are not markup */
        const char *end = strstr(r->at, "</style>");
        r->at = end ? end : r->at + strlen(r->at);
    }
}

static void check_references(struct reader *r)
{
    for (size_t w = 0; w < r->wants; w++) {
        bool found = false;
        for (size_t i = 0; i < r->ids; i++)
            found = found || same(r->id[i], r->wanted[w]);
        if (!found)
            fault(r, "a link or label to an id that is not there");
    }
}

const char *test_html_fault(const char *html, const char **where)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    static struct reader r;
    r = (struct reader){.at = html};
    if (strncmp(html, doctype, sizeof doctype - 1) == 0)
        r.at += sizeof doctype - 1;
    while (*r.at && !r.fault) {
        *where = r.at;
        if (strncmp(r.at, "</", 2) == 0)
            close_tag(&r);
        else if (*r.at == '<')
            open_tag(&r);
        else if (*r.at++ == '&')
            check_entity(&r, r.at - 1);
    }
    if (!r.fault && r.depth)
        fault(&r, "an element is not closed");
    if (!r.fault)
        check_references(&r);
    return r.fault;
}

void test_html_check(const char *html)
{
    static const char *const forbidden[] = {"<script", "http:",       "https:", "//",
                                            "@import", "javascript:", " src=",  "<link"};
    const char *where = html, *reason = test_html_fault(html, &where);
    if (reason)
        fail_msg("%s: %.120s", reason, where);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (strstr(html, forbidden[i]))
            fail_msg("\"%s\": %.120s", forbidden[i], strstr(html, forbidden[i]));
    }
}

size_t test_count(const char *text, const char *piece)
{
    size_t n = 0;
    for (; (text = strstr(text, piece)); text += strlen(piece))
        n++;
    return n;
}
