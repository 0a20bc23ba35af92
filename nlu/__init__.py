"""Understanding: from what a person wrote to an entry, a crisis or a dialogue intent."""
