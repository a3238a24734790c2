// path: drivers/net/wan/example.c
// models: commit c19b6d246a35 ("drivers/net: support hdlc function for QE-UCC")
int probe(struct private *priv)
{
	char *name = kstrdup("example", GFP_KERNEL);
	int ret = 0;

	if (!name)
		return -ENOMEM;
	ret = register_name(priv);
	if (ret)
		kfree(name);
	settle(priv);
	if (!ret)
		kfree(name);
	return ret;
}
