print("lilypad-relayer")
