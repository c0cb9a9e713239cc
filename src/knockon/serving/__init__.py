"""What a trained model is asked through: load, predict, interval, measured neighbours."""
