// path: drivers/pci/example.c
// models: commit 0a584655ef89 ("PCI: vmd: Fix secondary bus reset for Intel bridges")
enum example_size { SMALL, LARGE };

unsigned int example_bytes(enum example_size size)
{
	unsigned int bytes;

	switch (size) {
	case SMALL:
		bytes = 1;
		break;
	case LARGE:
		bytes = 8;
		break;
	}
	return bytes;
}
