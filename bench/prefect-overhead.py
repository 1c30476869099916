"""Prefect's own overhead: seconds per task of a chain, as JSON, with results in memory and persisted."""

import json
import time

from prefect import flow, task

COUNT = 200


def per_task(persist):
    @task(persist_result=persist)
    def step(n):
        return n + 1

    @flow(persist_result=persist)
    def chain():
        begin = time.perf_counter()
        n = 0
        for _ in range(COUNT):
            n = step(n)
        return (time.perf_counter() - begin) / COUNT

    return chain()


per_task(False)  # starts the server
print(json.dumps({"memory": per_task(False), "persisted": per_task(True)}))
