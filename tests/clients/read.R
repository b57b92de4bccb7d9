# Reads one query from three formats with readr and jsonlite: prints the columns of each as JSON.
suppressPackageStartupMessages({
  library(readr)
  library(jsonlite)
})
arguments <- commandArgs(trailingOnly = TRUE)
address <- function(suffix) paste0(arguments[1], "/v1/statements.", suffix, "?", arguments[2])

frames <- list(
  csv = read_csv(address("csv"), show_col_types = FALSE),
  json = fromJSON(address("json")),
  ndjson = stream_in(url(address("ndjson")), verbose = FALSE)
)
classes <- function(frame) lapply(frame, function(column) class(column)[1])
told <- lapply(frames, function(frame) list(columns = as.list(frame), classes = classes(frame), rows = nrow(frame)))
cat(toJSON(told, auto_unbox = FALSE, digits = NA, na = "null", null = "null"))
