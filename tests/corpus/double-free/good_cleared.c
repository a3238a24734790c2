// path: drivers/pci/example.c
// models: commit c19b6d246a35 ("drivers/net: support hdlc function for QE-UCC")
int read_all(struct source *s)
{
	char *line = NULL;
	int ret;

	while (more(s)) {
		ret = check(s);
		if (ret)
			goto out;
		line = kmalloc(SIZE, GFP_KERNEL);
		if (!line)
			return -ENOMEM;
		ret = parse_line(s);
		kfree(line);
		line = NULL;
	}
	return 0;
out:
	kfree(line);
	return ret;
}
