"""Call control: the one place where the cores meet. Pure: a core itself, made of the others."""
