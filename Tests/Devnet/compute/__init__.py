"""A stand-in for a Bacalhau 1.9.3 orchestrator with compute nodes, whose WASM jobs really run.

It answers as recorded servers answered (`fixtures/bacalhau`, `fixtures/kubo`); what no recording settles follows Bacalhau's own sources.

- `api`, `agent_api`, `controls`, `middleware`: the REST face and the switches for tests
- `decoding`, `validation`, `normal`: from a request's bytes to the stored job
- `store`, `records`: jobs, executions, history
- `scheduler`, `node`, `room`: which node runs a job, when it is tried again, what fits
- `wasm`, `wasi`, `sleeping`, `workspace`, `output`: running one module
- `unixfs`, `dagread`, `published`: publishing a result tree as kubo would, and reading it as from kubo

Run it with `python -m compute --port 0`; one JSON line on stdout says where it listens.
"""
