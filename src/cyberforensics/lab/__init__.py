"""Training cases with known answers: scenarios to images, truth, briefs and grades."""
