"""Tokenizes a corpus into Parquet files for training."""

import argparse
import shutil
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

    # An earlier run may have left half of its files, or those of an earlier version of this script.
    output = Path(arguments.output)
    shutil.rmtree(output, ignore_errors=True)

    samples = ray.data.read_text(arguments.input)
    tokens = samples.map_batches(Tokenize, fn_constructor_args=[arguments.model], concurrency=(1, 8))
    tokens.write_parquet(str(output))
    # Training waits for this marker.
    (output / "_SUCCESS").touch()


if __name__ == "__main__":
    main()
