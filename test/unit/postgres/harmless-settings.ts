/**
 * The settings that a session may change and that no session of ours sets, each group with the reason why what a database
 * or a role says of them does no harm. Of PostgreSQL 13 to 18: a server that knows another one fails a test.
 */
export const HARMLESS: { because: string; names: string }[] = [
  {
    because: "they choose how the planner goes, never what it finds",
    names: `constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction
      default_statistics_target effective_cache_size enable_async_append enable_bitmapscan enable_distinct_reordering
      enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin enable_incremental_sort
      enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop
      enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate
      enable_partitionwise_join enable_presorted_aggregate enable_self_join_elimination enable_seqscan enable_sort
      enable_tidscan debug_parallel_query force_parallel_mode from_collapse_limit geqo geqo_effort geqo_generations
      geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold jit_above_cost jit_expressions
      jit_inline_above_cost jit_optimize_above_cost jit_tuple_deforming join_collapse_limit
      max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather
      min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost
      parallel_tuple_cost plan_cache_mode random_page_cost recursive_worktable_factor seq_page_cost
      synchronize_seqscans ignore_system_indexes optimize_bounded_sort`,
  },
  {
    because: "they make things faster or slower, by no more than the application's own sessions bear",
    names: `backend_flush_after commit_delay commit_siblings effective_io_concurrency file_copy_method
      gin_pending_list_limit hash_mem_multiplier io_combine_limit logical_decoding_work_mem
      maintenance_io_concurrency maintenance_work_mem max_stack_depth synchronous_commit temp_buffers
      vacuum_buffer_usage_limit vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit
      vacuum_cost_page_miss wal_compression wal_consistency_checking wal_init_zero wal_recycle wal_skip_threshold
      work_mem debug_discard_caches post_auth_delay stats_fetch_consistency`,
  },
  {
    because: "they decide what goes into the server's log, or into its statistics",
    names: `backtrace_functions compute_query_id debug_pretty_print debug_print_parse debug_print_plan
      debug_print_rewritten debug_print_raw_parse jit_debugging_support jit_dump_bitcode jit_profiling_support
      log_connections log_disconnections log_duration log_error_verbosity log_executor_stats log_lock_failures
      log_lock_waits log_min_duration_sample log_min_duration_statement log_min_error_statement log_min_messages
      log_parameter_max_length log_parameter_max_length_on_error log_parser_stats log_planner_stats
      log_replication_commands log_statement log_statement_sample_rate log_statement_stats log_temp_files
      log_transaction_sample_rate md5_password_warnings trace_notify trace_sort trace_locks trace_userlocks
      trace_lwlocks trace_lock_oidmin trace_lock_table trace_syncscan track_activities track_cost_delay_timing
      track_counts track_functions track_io_timing track_wal_io_timing update_process_title
      wal_debug escape_string_warning operator_precedence_warning application_name`,
  },
  {
    because: "nothing that we send, restore or compare is subject to them",
    names: `allow_in_place_tablespaces allow_system_table_mods backslash_quote client_encoding
      createrole_self_grant debug_logical_replication_streaming debug_copy_parse_plan_trees
      debug_raw_expression_coverage_test debug_write_read_parse_plan_trees default_toast_compression
      logical_replication_mode password_encryption scram_iterations ssl_renegotiation_limit temp_tablespaces
      timezone_abbreviations vacuum_cleanup_index_scale_factor vacuum_failsafe_age vacuum_freeze_min_age
      vacuum_freeze_table_age vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age
      vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate wal_sender_timeout
      transaction_deferrable transaction_isolation transaction_read_only`,
  },
  {
    because: "pg_dump's archives set it themselves before anything is restored",
    names: "check_function_bodies",
  },
  {
    because: "whoever set them wants the connection to be looked after so, and a healthy one stays",
    names: `client_connection_check_interval tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval
      tcp_user_timeout`,
  },
  {
    because: "what is restored may need the libraries that the source's sessions load: a missing one is named",
    names: `dynamic_library_path extension_control_path extension_destdir local_preload_libraries
      session_preload_libraries`,
  },
  {
    because:
      "expressions of the application depend on them, so the copy must have the source's (see server-settings.ts)",
    names: "default_text_search_config lc_numeric lc_time",
  },
  {
    because: "they are refused before a backup begins: rows would be missing without an error",
    names: "ignore_checksum_failure zero_damaged_pages",
  },
  {
    because: "the kind of session that must not have another value sets it, see startOptions()",
    names: "session_replication_role",
  },
];

export const HARMLESS_NAMES = HARMLESS.flatMap(({ names }) => names.trim().split(/\s+/));
