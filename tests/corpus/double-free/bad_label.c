// path: drivers/net/wan/example.c
// models: commit c19b6d246a35 ("drivers/net: support hdlc function for QE-UCC")
int probe(struct private *priv)
{
	struct net_device *dev = alloc_hdlcdev(priv);
	char *name = kstrdup("example", GFP_KERNEL);
	int ret = 0;

	if (!name)
		return -ENOMEM;
	if (register_hdlc_device(dev)) {
		ret = -ENOBUFS;
		kfree(name);
		goto out;
	}
	keep(priv, name);
	return 0;
out:
	kfree(name); // expect: double-free
	return ret;
}
