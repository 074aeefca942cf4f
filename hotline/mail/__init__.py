"""E-mail to people of the house: notices of clocks of cases, each sent once, kept while the mail server is away."""
