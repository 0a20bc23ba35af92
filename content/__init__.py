"""What the assistant knows: answers, crises, services, phrases, and the code that reads and checks them."""
