"""From the files of dialplans/ and prompts/ to a program; what is wrong is told with its place."""
