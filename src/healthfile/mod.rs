//! One pupil's health file (健康档案), assembled from the slices' timelines.
