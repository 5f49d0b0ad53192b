"""Who is let in, for how long, and past which door. Knows nothing of Streamlit and no figure."""
