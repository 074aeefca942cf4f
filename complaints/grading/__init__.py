"""Grades of cases: what a text says, by words and quantities, and the first rule of grades.yaml that holds."""
