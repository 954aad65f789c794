"""Tokenizes a corpus into Parquet blocks that the training job reads."""

import argparse
from pathlib import Path

import ray
from transformers import AutoTokenizer

BLOCK = 512


class Tokenize:
    """Loads the tokenizer once per actor, not once per batch."""

    def __init__(self, model):
        self.tokenizer = AutoTokenizer.from_pretrained(model)
        self.tokenizer.pad_token = self.tokenizer.eos_token

    def __call__(self, batch):
        tokens = self.tokenizer(
            list(batch["text"]), max_length=BLOCK, padding="max_length", truncation=True, return_tensors="np"
        )
        return {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", default="/ray/export/raw", help="directory of text files, one sample a line")
    parser.add_argument("--output", required=True, help="directory of the Parquet files")
    parser.add_argument("--model", default="EleutherAI/gpt-j-6b", help="model whose tokenizer is used")
    arguments = parser.parse_args()

    # The job may be tried again: what is there is complete, for the marker is written last.
    done = Path(arguments.output) / "_SUCCESS"
    if done.exists():
        print(f"{arguments.output} is prepared already")
        return

    samples = ray.data.read_text(arguments.input)
    tokens = samples.map_batches(Tokenize, fn_constructor_args=[arguments.model], concurrency=(1, 8))
    tokens.write_parquet(arguments.output)
    done.touch()
    print(f"prepared {arguments.output}")


if __name__ == "__main__":
    main()
