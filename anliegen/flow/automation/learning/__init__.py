"""What a message is about, learnt from examples that agents gave or confirmed. Pure: texts in, answers out.

Learning needs scikit-learn and is done beside the work; answering needs numpy alone.
"""
