struct card {
	u8 id;
	ENTRY(part, 16);
	ENTRY(serial, 24);
	u8 check;
};

static const u32 tuning[][2] = {
	CHANNEL( 1) = { 0x1000, 0x2000 },
	CHANNEL( 2) = { 0x1001, 0x2001 },
};

struct step power_off[OFF_STEPS + DOWN_STEPS + END_STEPS] = {
	STEPS_OFF
	STEPS_DOWN
	STEPS_END
};

enum kind {
	ALL_KINDS
	KIND_UNKNOWN
};

struct ring {
	struct slot first __ring_aligned;
	struct slot more[RING_SIZE] __ring_aligned;
};

static int kind_size(enum kind kind)
{
	switch (kind) {
	ALL_KINDS
	default:
		break;
	}
	return 0;
}

static int pick(struct card *card, int wanted)
{
	int (*choose)
		(struct card *card, int wanted);

	choose = wanted ? first_of : last_of;
	return choose(card, wanted);
}

static int search(struct card *card, int wanted)
{
	DEBUG(char text[SIZE]);
	DEBUG(struct card *other);
	int size = min_t(const size_t, wanted, LARGEST);

	TRY_THIS_ONE

	DEBUG(if (size > 3)
	      show(card, size));
	DEBUG(list_for_each_entry(other, &cards, list) {
		show(other, size);
	})

	TRY_THAT_ONE

	DEBUG(if (size > 5) {
			show(card, size);
	})
		say("deeper than what is before it");
	for (;;) {
		size--;
		TRY_THIS_ONE
	}
	return 0;
}

static int leave(struct card *card, int wanted)
{
#ifdef CONFIG_ON
	if (wanted)
		goto out;
	show(card, wanted);

out:
#endif
	return 0;
}

struct packed {
	u8 X(X(X(X(X(one:1, two:1), three:1), four:1), five:1), six:3);
	u8 X(low:4, high:4);
};

static const struct resource buffer =
	DEFINE_RES_NAMED(0x8030, 0x10, "buffer");

static void copy(struct card *card, char far *to, u_char far * from)
{
	DECLARE_MASK(mask) = { 0, };
	u32 at = read_reg(card->base +
			  offsetof(struct layout, info.
				   port[card->port].
				   speed)) & SPEED_MASK;

	print_once(LEVEL
		   fmt("driver " VERSION
		       " of us\n"));
	print("at most " stringify(ARRAY_SIZE(card->slots)) "\n");
	unrolled_for(i = 0; i < 4; i++) {
		to[i] = from[i];
	}
	if (at)
		return;
	else OPTION("one", card->one)
	else OPTION_OF("two", card->two,
		       choices)
	else if (at > 3)
		copy(card, to, from);
}

static int answer(struct card *card)
{
	switch (card->id) {
#define ANSWER(name) case name: return answer_##name(card);
ALL_QUESTIONS
MORE_QUESTIONS
#undef ANSWER
		break;
	default:
		return 1;
	}
	return 0;
}
